import { Controller, Delete, Get, Header, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Config } from '#config';
import { DatabaseClock } from '#kernel';
import { type Principal, SessionTokens, TenantStore } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Authentication } from '../auth/authentication.js';
import { Caller } from '../auth/caller.decorator.js';
import { assertSameOrigin } from '../auth/own-page.js';
import { Answers, AnswersNothing } from '../http/api-docs.js';
import { parseJson } from '../http/body-parser.js';
import type { FastifyReply, FastifyRequest } from '../http/request.js';
import { validateDto } from '../http/validation.pipe.js';
import { SessionCookie } from './session-cookie.js';
import { SignInDto } from './session.dto.js';
import { SessionResponse, toSessionResponse } from './session.response.js';

/** A working day: whoever signed in in the morning does not lose the page in the afternoon. */
const LIFETIME_SECONDS = 8 * 3600;

@Controller('v1/session')
@ApiTags('Sessions')
export class SessionController {
  constructor(
    private readonly authentication: Authentication,
    private readonly tokens: SessionTokens,
    private readonly cookie: SessionCookie,
    private readonly tenants: TenantStore,
    private readonly clock: DatabaseClock,
    private readonly config: Config,
  ) {}

  @Post()
  @Allow('session:use')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'signIn',
    summary: 'Sign a browser in with an API key',
    description:
      'Sets an HttpOnly cookie that stands for the key, for 8 hours at most, and ends when the key is revoked. What a ' +
      'cookie authenticates and changes something also needs the header `Posthorn-Console: 1`, from a page of this origin.',
  })
  @ApiBody({ type: SignInDto })
  @Answers(SessionResponse)
  async signIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    assertSameOrigin(request, this.config.http.publicUrl);
    const body = readBody(request, this.config.limits.jsonDepth);
    const key = await this.authentication.byKey(typeof body?.['key'] === 'string' ? body['key'] : '', request.ip);
    validateDto(SignInDto, body);
    const lifetimeSeconds = this.lifetimeFor(key);
    const claims = { kind: 'browser', keyId: key.keyId, tenantId: null, capabilities: null } as const;
    const { token, ...issued } = await this.tokens.issue(claims, lifetimeSeconds);
    this.cookie.set(request, reply, token, lifetimeSeconds);
    return this.answer({ ...key, ...issued });
  }

  @Get()
  @Allow('session:use')
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getSession', summary: 'Who is asking, and what they may do' })
  @Answers(SessionResponse)
  async get(@Caller() caller: Principal): Promise<SessionResponse> {
    return this.answer(caller);
  }

  @Delete()
  @Allow('session:use')
  @ApiOperation({
    operationId: 'signOut',
    summary: 'Sign the browser out',
    description: 'The cookie goes. To end a session that somebody else may hold, revoke its key.',
  })
  @AnswersNothing()
  signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    this.cookie.clear(request, reply);
  }

  private async answer(caller: Principal): Promise<SessionResponse> {
    const { tenantId } = caller;
    return toSessionResponse(caller, tenantId === null ? null : await this.tenants.find(tenantId));
  }

  /** No longer than the key itself. */
  private lifetimeFor({ expiresAt }: Principal): number {
    if (expiresAt === null) return LIFETIME_SECONDS;
    return Math.max(1, Math.min(LIFETIME_SECONDS, Math.ceil((expiresAt.getTime() - this.clock.now()) / 1000)));
  }
}

/** Whatever is no object with a key is no key: that is told before anything about the body. */
function readBody({ body }: FastifyRequest, maxDepth: number): Record<string, unknown> | null {
  try {
    const value = Buffer.isBuffer(body) ? parseJson(body, maxDepth) : null;
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
