import { Component, type ReactNode } from 'react';
import { ErrorNote } from '../ui/states.js';

/** A page's program did not come: the API is away, or has been replaced by one that has another. */
export class PartMissing extends Error {
  override readonly name = 'PartMissing';

  constructor(options: ErrorOptions) {
    super(
      'This page could not be loaded. If the API is there, it may be a newer one: loading it all again helps.',
      options,
    );
  }
}

/** A page that breaks leaves the frame standing. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    // What did not load is not asked for twice by the browser's own doing.
    const retry = error instanceof PartMissing ? () => location.reload() : () => this.setState({ error: null });
    return <ErrorNote error={error} retry={retry} />;
  }
}
