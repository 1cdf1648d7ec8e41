import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Router } from 'wouter';
import { makeQueryClient } from '../api/queries.js';
import { useStore } from '../api/store.js';
import { isPortal } from '../portal/portal-token.js';
import { PortalEnded } from '../portal/portal-ended.js';
import { sessionState } from '../session/session.js';
import { SignInAgain } from '../session/sign-in-again.js';
import { SignInPage } from '../session/sign-in-page.js';
import { ThemeProvider } from '../theme/theme-provider.js';
import { Pages } from './pages.js';
import { Shell } from './shell.js';

export function App() {
  const [queryClient] = useState(makeQueryClient);
  const state = useStore(sessionState);
  const accent = 'session' in state ? (state.session.portal?.color ?? null) : null;
  return (
    <ThemeProvider accent={isPortal ? accent : null}>
      <QueryClientProvider client={queryClient}>
        <Router base={isPortal ? '/portal' : '/console'}>
          <Door />
        </Router>
        <Notifications position="bottom-right" />
      </QueryClientProvider>
    </ThemeProvider>
  );
}

/** Nothing of the house is shown before somebody is signed in. */
function Door() {
  const state = useStore(sessionState);
  if (state.kind === 'starting') return null;
  if (state.kind === 'signed-out') return isPortal ? <PortalEnded /> : <SignInPage reason={state.reason} />;
  return (
    <>
      <Shell>
        <Pages />
      </Shell>
      {state.kind === 'expired' && (isPortal ? <PortalEnded isOver /> : <SignInAgain />)}
    </>
  );
}
