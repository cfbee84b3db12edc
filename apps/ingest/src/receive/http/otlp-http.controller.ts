import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { encodeExportResponse, exportResponseJson } from '#otlp';
import { contentTypeOf, release } from '#platform';
import { ingestProblem } from '../../ingest-problem.js';
import { Intake } from '../../intake/intake.js';
import { otlpJsonToProtobuf } from '../json.js';
import { JSON_TYPE, mediaType, PROTOBUF_TYPE } from '../media-type.js';
import { partialSuccess, renderStatus } from '../status.js';
import { DocumentedOtlp } from './documentation.js';

const NOTHING = Buffer.alloc(0);

/** OTLP/HTTP, protobuf and JSON: the answer has the request's content type, errors are google.rpc.Status. */
@Controller('v1/traces')
export class OtlpHttpController {
  constructor(private readonly intake: Intake) {}

  @Post()
  @HttpCode(200)
  @DocumentedOtlp()
  @RouteConfig({ scope: 'ingest', body: 'raw', renderError: renderStatus })
  async export(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const type = mediaType(contentTypeOf(request));
    if (type !== PROTOBUF_TYPE && type !== JSON_TYPE) {
      throw ingestProblem('BT_INGEST_CONTENT_TYPE', {
        found: type,
        path: '/v1/traces',
        expected: `${PROTOBUF_TYPE} or ${JSON_TYPE}`,
      });
    }
    const body = Buffer.isBuffer(request.body) ? request.body : NOTHING;
    const taken = await this.intake.take('otlp_http', () => (type === PROTOBUF_TYPE ? { bytes: body } : otlpJsonToProtobuf(body)));
    release(body);
    const partial = partialSuccess(taken);
    await reply.type(type).send(type === PROTOBUF_TYPE ? Buffer.from(encodeExportResponse(partial)) : exportResponseJson(partial));
  }
}
