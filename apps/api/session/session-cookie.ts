import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { isHttps } from '../http/own-address.js';
import type { FastifyReply, FastifyRequest } from '../http/request.js';

const NAME = 'posthorn_session';

/**
 * The cookie of a browser that signed in: no script reads it, no other site's page sends it. Over https its name binds it
 * to this very host (`__Host-`), so that a neighbouring subdomain cannot plant one.
 */
@Injectable()
export class SessionCookie {
  constructor(private readonly config: Config) {}

  read(request: FastifyRequest): string | null {
    const start = `${this.nameFor(request)}=`;
    const parts = request.headers.cookie?.split(/; */) ?? [];
    return parts.find((part) => part.startsWith(start))?.slice(start.length) || null;
  }

  set(request: FastifyRequest, reply: FastifyReply, token: string, lifetimeSeconds: number): void {
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${lifetimeSeconds}`;
    const secure = this.isSecure(request) ? '; Secure' : '';
    void reply.header('set-cookie', `${this.nameFor(request)}=${token}; ${attributes}${secure}`);
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    this.set(request, reply, '', 0);
  }

  private nameFor(request: FastifyRequest): string {
    return this.isSecure(request) ? `__Host-${NAME}` : NAME;
  }

  private isSecure(request: FastifyRequest): boolean {
    return isHttps(request, this.config.http.publicUrl);
  }
}
