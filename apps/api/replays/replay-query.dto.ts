import { REPLAY_STATES, type ReplayState } from '#replaying';
import { PageQuery, QueryText, QueryWord } from '../http/page-query.dto.js';
import { QueryTenant } from '../http/traffic-query.dto.js';

/** Which replays a list shows. */
export class ListReplaysQuery extends PageQuery {
  @QueryTenant()
  tenant?: string;

  @QueryText('Endpoint that it is limited to: id (of a deleted one too), or your uid.')
  endpoint?: string;

  @QueryWord('How it stands.', REPLAY_STATES)
  state?: ReplayState;
}
