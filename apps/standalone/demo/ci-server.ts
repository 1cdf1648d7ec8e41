import { createRequire } from 'node:module';
import type { NewEvent } from './api-client.js';
import { registerCustomer, type Scene, type Stage } from './customer.js';

/** As GitHub sends them; the package is one big JSON file. */
interface WebhookExamples {
  readonly name: string;
  readonly examples: readonly { readonly repository: { readonly full_name: string } }[];
}

const EXAMPLES_PER_TYPE = { push: 2, pull_request: 3 };

/** A git host and a CI server that builds what is pushed and proposed: real payloads, of up to 25 KB each. */
export async function openCiServer(stage: Stage): Promise<Scene> {
  await stage.api.describeEventType('push', 'Commits were pushed to a branch or tag.');
  await stage.api.describeEventType('pull_request', 'A pull request was opened, changed or closed.');
  const ciServer = await registerCustomer(stage, {
    uid: 'tall-oak-builds',
    name: 'CI server',
    eventTypes: Object.keys(EXAMPLES_PER_TYPE),
  });
  return { customers: [ciServer], events: realEvents(ciServer.tenant) };
}

function realEvents(tenant: string): NewEvent[] {
  const all = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly WebhookExamples[];
  return Object.entries(EXAMPLES_PER_TYPE).flatMap(([type, count]) => {
    const examples = all.find(({ name }) => name === type)?.examples ?? [];
    return examples.slice(0, count).map((example) => ({
      tenant,
      type,
      subject: `repository/${example.repository.full_name}`,
      data: JSON.stringify(example),
    }));
  });
}
