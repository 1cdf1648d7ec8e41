import { IconMoodEmpty } from '@tabler/icons-react';
import { Route, Switch } from 'wouter';
import { DeliveriesPage } from '../deliveries/deliveries-page.js';
import { Nothing } from '../ui/states.js';
import { ErrorBoundary } from './error-boundary.js';

/** Which address shows what. */
export function Pages() {
  return (
    <ErrorBoundary>
      <Switch>
        <Route path="/deliveries" component={DeliveriesPage} />
        <Route>
          <Nothing icon={IconMoodEmpty} title="There is no such page" />
        </Route>
      </Switch>
    </ErrorBoundary>
  );
}
