import type { TenantConfigs } from '#endpoints';
import { deadLetterWalk } from './dead-letter-walk.js';
import { deliveryWalk } from './delivery-walk.js';
import { missingWalk } from './missing-walk.js';
import type { ReplaySelection } from './replay-selection.js';
import type { Walk } from './walk.js';

/** The walk through what a selection means. */
export function walkOf(selection: ReplaySelection, configs: TenantConfigs): Walk {
  switch (selection.select) {
    case 'failed':
      return selection.status === 'cancelled' ? deliveryWalk(selection) : deadLetterWalk(selection);
    case 'all':
      return deliveryWalk(selection);
    case 'missing':
      return missingWalk(selection, configs);
  }
}
