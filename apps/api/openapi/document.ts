import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Config } from '#config';
import { POSTHORN_VERSION } from '#kernel';
import { to31 } from './nullable.js';
import { completeOperations } from './operations.js';
import { PROBLEM_SCHEMA } from './problem-schema.js';
import { webhooks } from './webhooks.js';

const DESCRIPTION = `Publish an event once; Posthorn signs it, delivers it to every endpoint that wants it, retries, and keeps the record.

Ids are TypeIDs (\`evt_01h455vb4pex5vsknk084sn02q\`). Wherever a tenant or an endpoint is named, your own \`uid\` for it is
taken too. Times are ISO 8601 in UTC. Errors are RFC 9457 problems with a stable \`code\`. Any POST takes an
\`Idempotency-Key\`.`;

/** The OpenAPI 3.1 document of what the routes really do: a test compares every answer that the tests see with it. */
export function buildDocument(app: NestFastifyApplication, config: Config): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setTitle('Posthorn')
    .setDescription(DESCRIPTION)
    .setVersion(POSTHORN_VERSION)
    .setOpenAPIVersion('3.1.0')
    .addServer(config.http.publicUrl ?? '/')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'An API key, or the token of a portal session.' },
      'apiKey',
    )
    .build();
  const document = SwaggerModule.createDocument(app, outline);
  document.components!.schemas = { ...document.components!.schemas, Problem: PROBLEM_SCHEMA };
  completeOperations(document);
  document.webhooks = webhooks();
  return to31(document);
}
