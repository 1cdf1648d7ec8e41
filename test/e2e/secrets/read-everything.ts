import type { SecretStage } from './secret-stage.js';
import type { SecretStory } from './secret-story.js';

/** Who reads. */
export const READERS = ['admin', 'publisher', 'support', 'tenant', 'portal', 'nobody'] as const;

export type Reader = (typeof READERS)[number];

/** One answer to a GET. */
export interface Shown {
  readonly operation: string;
  readonly path: string;
  readonly status: number;
  readonly content: string;
}

interface Operation {
  readonly path: string;
  readonly parameters: readonly { name: string; in: string }[];
}

const QUERIES: Readonly<Record<string, string>> = { '/v1/search': 'q=order' };

/** Asks every GET of the OpenAPI document for everything that there is. */
export class ReadEverything {
  private constructor(
    private readonly stage: SecretStage,
    private readonly operations: readonly Operation[],
    private readonly ids: Readonly<Record<string, readonly string[]>>,
  ) {}

  static async over(stage: SecretStage, story: SecretStory): Promise<ReadEverything> {
    const { paths } = (await stage.api.get('/openapi.json')).body as { paths: Record<string, { get?: Operation }> };
    const operations = Object.entries(paths).flatMap(([path, { get }]) =>
      get ? [{ path, parameters: get.parameters ?? [] }] : [],
    );
    return new ReadEverything(stage, operations, await collectIds(stage, story));
  }

  /** `few`: of each kind of thing no more than so many. */
  async as(key: string | null, few = Number.POSITIVE_INFINITY): Promise<Shown[]> {
    const shown: Shown[] = [];
    for (const operation of this.operations) {
      const answers = this.pathsOf(operation, few).map(async (path): Promise<Shown> => {
        const { status, headers, text } = await this.stage.api.as(key).get(path, { expect: 'any' });
        return { operation: operation.path, path, status, content: `${JSON.stringify(headers)}\n${text}` };
      });
      shown.push(...(await Promise.all(answers)));
    }
    return shown;
  }

  private pathsOf({ path, parameters }: Operation, few: number): string[] {
    let paths = [path];
    for (const [parameter, name] of path.matchAll(/\{(\w+)\}/g)) {
      const ids = this.ids[`${name} of ${path.split('/')[2]}`] ?? this.ids[name!];
      if (!ids?.length) throw new Error(`nothing is known that {${name}} of ${path} could name`);
      paths = paths.flatMap((one) => ids.slice(0, few).map((id) => one.replace(parameter, id)));
    }
    const has = (name: string): boolean => parameters.some((one) => one.in === 'query' && one.name === name);
    const query = [QUERIES[path], has('include') && 'include=data', has('limit') && 'limit=250']
      .filter(Boolean)
      .join('&');
    return query === '' ? paths : paths.map((one) => `${one}?${query}`);
  }
}

/** Of everything that there is; of deliveries and what belongs to them the latest of each endpoint, for they are many. */
async function collectIds({ api }: SecretStage, { tenant, endpoints, explainToken }: SecretStory) {
  const list = async (path: string): Promise<Listed[]> => {
    const { body } = await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=250`);
    return body['data'] as Listed[];
  };
  const idsOf = async (path: string): Promise<string[]> => (await list(path)).map(({ id }) => id);
  const deliveries = onePerEndpoint(await list('/v1/deliveries'));
  const attempts = await Promise.all(deliveries.map((id) => idsOf(`/v1/deliveries/${id}/attempts`)));
  return {
    tenant: [tenant.id],
    endpoint: Object.values(endpoints),
    subscription: await idsOf(tenant.path('/subscriptions')),
    event: await idsOf('/v1/events'),
    delivery: deliveries,
    attempt: attempts.flat(),
    deadLetter: onePerEndpoint(await list('/v1/dead-letters')),
    replay: await idsOf('/v1/replays'),
    name: (await list('/v1/event-types')).map(({ name }) => name),
    'id of api-keys': await idsOf('/v1/api-keys'),
    token: [explainToken],
  };
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly endpoint: string;
}

function onePerEndpoint(rows: readonly Listed[]): string[] {
  return [...new Map(rows.map(({ endpoint, id }) => [endpoint, id])).values()];
}
