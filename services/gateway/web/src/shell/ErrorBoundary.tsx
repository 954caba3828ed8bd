import { Component, type ReactNode } from 'react';
import { report } from '../api/faults';

/** A fault in a screen takes down that screen, and says so. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidCatch(error: Error): void {
    report('screen', error);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;

    return (
      <div className="failed" role="alert">
        <p>This part of the console has failed: {error.message}</p>
        <button type="button" onClick={() => location.reload()}>Load it again</button>
      </div>
    );
  }
}
