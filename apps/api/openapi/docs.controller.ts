import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PosthornError } from '#kernel';
import type { FastifyReply } from '../http/request.js';
import { ApiDocument } from './api-document.js';

const UI_FOLDER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Posthorn API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true, tryItOutEnabled: true, persistAuthorization: false });
`;

/** Everything from here, no script inside the page; Swagger UI does set styles by itself. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** The document, and Swagger UI to read and try it: served from here, nothing is fetched from elsewhere. */
@Controller()
@ApiTags('Operation')
export class DocsController {
  private readonly files = new Map<string, Promise<Buffer>>();

  constructor(private readonly document: ApiDocument) {}

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ operationId: 'getOpenApi', summary: 'This document' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  openapi(): string {
    return this.document.json;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  @Header('x-content-type-options', 'nosniff')
  @ApiExcludeEndpoint()
  page(): string {
    return HTML;
  }

  @Get('docs/:asset')
  @Header('x-content-type-options', 'nosniff')
  @ApiExcludeEndpoint()
  async asset(@Param('asset') asset: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    if (asset === 'start.js') {
      void reply.header('content-type', 'text/javascript; charset=utf-8');
      return Buffer.from(START);
    }
    const type = Object.hasOwn(ASSETS, asset) ? ASSETS[asset]! : null;
    if (type === null) throw new PosthornError('route_not_found', `There is no ${asset} in the docs.`);
    void reply.header('content-type', type).header('cache-control', 'public, max-age=3600');
    return this.read(asset);
  }

  private read(asset: string): Promise<Buffer> {
    let file = this.files.get(asset);
    if (!file) this.files.set(asset, (file = readFile(join(UI_FOLDER, asset))));
    return file;
  }
}
