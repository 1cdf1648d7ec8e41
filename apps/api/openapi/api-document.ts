import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';

/** The finished document, for those who show it. Written once: it does not change while the process lives. */
@Injectable()
export class ApiDocument {
  private text = '';

  set(document: OpenAPIObject): void {
    this.text = JSON.stringify(document);
  }

  get json(): string {
    return this.text;
  }
}
