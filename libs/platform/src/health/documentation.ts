import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '#openapi';

const readiness = (status: string, storage: string) => ({
  schema: {
    type: 'object',
    required: ['status', 'checks'],
    properties: {
      status: {
        type: 'string',
        enum: ['ready', 'degraded', 'not_ready'],
        description: '`degraded`: requests are accepted and stored, but a part of the later work, which `checks` names, is delayed.',
      },
      checks: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: '`ok`, `off`, or the reason, which is answered to callers with a key only, where the server wants one.',
      },
    },
    example: { status, checks: { otlp_exporter: 'ok', rule_engine: 'ok', storage } },
  },
});

/** `GET /health` in the OpenAPI document. */
export const DocumentedHealth = () =>
  applyDecorators(
    ApiTags('operation'),
    ApiOperation({ summary: 'Liveness: the process serves' }),
    ApiOkResponse({
      schema: {
        type: 'object',
        required: ['status', 'version', 'uptime_seconds'],
        properties: { status: { type: 'string' }, version: { type: 'string' }, uptime_seconds: { type: 'integer' } },
        example: { status: 'healthy', version: '1.0.0', uptime_seconds: 3_600 },
      },
    }),
  );

/** `GET /ready` in the OpenAPI document. */
export const DocumentedReadiness = () =>
  applyDecorators(
    ApiTags('operation'),
    ApiOperation({ summary: 'Readiness: everything that the process needs serves too' }),
    ApiOkResponse(readiness('ready', 'ok')),
    ApiServiceUnavailableResponse(readiness('not_ready', 'disk I/O error')),
  );
