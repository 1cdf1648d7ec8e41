import { Component, type ReactNode } from 'react';
import { ErrorNote } from '../ui/states.js';

/** A page that breaks leaves the frame standing. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <ErrorNote error={error} retry={() => this.setState({ error: null })} />;
  }
}
