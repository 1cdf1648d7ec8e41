import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconDeviceDesktop,
  IconLogout,
  IconMenu2,
  IconMoon,
  IconSun,
  IconUserCircle,
  IconX,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { SearchBox } from '../search/search-box.js';
import { useLiveUpdates } from '../api/live.js';
import { may, useSession } from '../session/may.js';
import { signOut } from '../session/session.js';
import { Logo } from '../theme/logo.js';
import { AwayBanner } from './away-banner.js';
import { type Area, areasFor } from './navigation.js';
import classes from './shell.module.css';

/** The frame around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const session = useSession();
  useLiveUpdates(may(session, 'live:read'));
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(close, [location, close]);
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip} onClick={(event) => skipTo(main.current, event)}>
        Skip to the page
      </a>
      <aside className={classes.side} data-open={isOpen}>
        <div className={classes.brand}>
          {session.portal?.logoUrl ? <img src={session.portal.logoUrl} alt="" height={26} /> : <Logo size={26} />}
          <span>{session.portal?.name ?? 'Posthorn'}</span>
        </div>
        <Navigation areas={areasFor(session)} />
      </aside>
      {isOpen && <div className={classes.veil} onClick={close} aria-hidden />}
      <div className={classes.column}>
        <header className={classes.top}>
          <ActionIcon
            className={classes.burger}
            variant="subtle"
            color="gray"
            aria-label={isOpen ? 'Close the menu' : 'Open the menu'}
            aria-expanded={isOpen}
            onClick={toggle}
          >
            {isOpen ? <IconX size={18} /> : <IconMenu2 size={18} />}
          </ActionIcon>
          <SearchBox />
          <div className={classes.tools}>
            <SchemeButton />
            <AccountMenu role={session.role} />
          </div>
        </header>
        <AwayBanner />
        <main id="main" ref={main} tabIndex={-1} className={classes.main}>
          {children}
        </main>
      </div>
    </div>
  );
}

function skipTo(main: HTMLElement | null, event: { preventDefault(): void }): void {
  event.preventDefault();
  main?.focus();
}

function Navigation({ areas }: { areas: readonly Area[] }) {
  const [location] = useLocation();
  return (
    <nav aria-label="Main" className={classes.nav}>
      {areas.map(({ label, places }) => (
        <div key={label}>
          <div className={classes.area}>{label}</div>
          {places.map(({ label, to, icon: Icon }) => (
            <Link key={to} href={to} aria-current={isAt(location, to) ? 'page' : undefined} className={classes.place}>
              <Icon size={17} stroke={1.7} aria-hidden />
              {label}
            </Link>
          ))}
        </div>
      ))}
    </nav>
  );
}

function isAt(location: string, to: string): boolean {
  return to === '/' ? location === '/' : location === to || location.startsWith(`${to}/`);
}

const SCHEMES = {
  light: { icon: IconSun, next: 'dark', label: 'Light. Switch to dark' },
  dark: { icon: IconMoon, next: 'auto', label: 'Dark. Switch to what the system uses' },
  auto: { icon: IconDeviceDesktop, next: 'light', label: 'As the system. Switch to light' },
} as const;

function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { icon: Icon, next, label } = SCHEMES[colorScheme];
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setColorScheme(next)}>
        <Icon size={18} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}

function AccountMenu({ role }: { role: string }) {
  return (
    <Menu position="bottom-end" width={190}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Account">
          <IconUserCircle size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Signed in as {role}</Menu.Label>
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
