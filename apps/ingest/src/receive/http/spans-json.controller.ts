import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { contentTypeOf } from '#platform';
import { ingestProblem } from '../../ingest-problem.js';
import { Intake } from '../../intake/intake.js';
import { spansJsonToProtobuf } from '../json.js';
import { JSON_TYPE, mediaType } from '../media-type.js';
import { DocumentedSpansJson } from './documentation.js';

/** The outcome of the spans in a request. */
export interface SpansAnswer {
  readonly accepted: number;
  readonly rejected: number;
  /** The reasons; absent when none was rejected. */
  readonly rejections?: readonly { readonly reason: string; readonly spans: number; readonly message: string }[];
}

/** POST /v1/spans: spans as people write them. 202, because they are in the log and will be judged later. */
@Controller('v1/spans')
export class SpansJsonController {
  constructor(private readonly intake: Intake) {}

  @Post()
  @HttpCode(202)
  @DocumentedSpansJson()
  @RouteConfig({ scope: 'ingest', body: 'raw' })
  async receive(@Req() request: FastifyRequest): Promise<SpansAnswer> {
    const type = mediaType(contentTypeOf(request));
    if (type !== JSON_TYPE) throw ingestProblem('BT_INGEST_CONTENT_TYPE', { found: type, path: '/v1/spans', expected: JSON_TYPE });
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { accepted, rejected, rejections } = await this.intake.take('spans_json', () => spansJsonToProtobuf(body));
    if (rejected === 0) return { accepted, rejected };
    return { accepted, rejected, rejections: rejections.map(({ reason, spans, sentence }) => ({ reason, spans, message: sentence })) };
  }
}
