import { Title } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';
import classes from './page.module.css';

export interface Crumb {
  readonly label: string;
  readonly to: string;
}

interface PageProps {
  readonly title: string;
  /** Beside the title: a state, an id. */
  readonly aside?: ReactNode;
  readonly crumbs?: readonly Crumb[];
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** What every page has: where it is, what it is, what can be done. */
export function Page({ title, aside, crumbs = [], actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Posthorn`;
  }, [title]);
  return (
    <div className={classes.page}>
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb" className={classes.crumbs}>
          {crumbs.map(({ label, to }) => (
            <span key={to}>
              <Link href={to}>{label}</Link>
              <IconChevronRight size={13} aria-hidden />
            </span>
          ))}
        </nav>
      )}
      <header className={classes.header}>
        <Title order={1}>{title}</Title>
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Lists go to the edge; everything else keeps a distance. */
  readonly isFlush?: boolean;
}

export function Section({ title, note, actions, children, isFlush = false }: SectionProps) {
  return (
    <section className={classes.section} aria-label={title}>
      <header className={classes.sectionHeader}>
        <Title order={2} size="h3">
          {title}
        </Title>
        {note !== undefined && <div className={classes.note}>{note}</div>}
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      <div className={isFlush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}
