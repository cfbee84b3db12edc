import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { loadSwagger, serveDocumentation } from '#openapi';
import { VERSION } from '#platform';
import { MODE_DESCRIPTION, ON_ERROR_DESCRIPTION } from '../rules/rule.dto.js';
import { describeBodies } from './describe-bodies.js';
import { describeParameters } from './describe-parameters.js';
import { describeRefusals } from './describe-refusals.js';

const TITLE = 'BeTrace';

/** Nest gives an enumeration the description of its first member, which is about that member only. */
const ENUMERATIONS: Readonly<Record<string, string>> = { RuleMode: MODE_DESCRIPTION, OnError: ON_ERROR_DESCRIPTION };

/** The OpenAPI 3.1 document of all routes of an application. */
export async function openApiDocument(app: INestApplication, apiKeyHeader: string): Promise<OpenAPIObject> {
  const { DocumentBuilder, SwaggerModule } = await loadSwagger();
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(TITLE)
    .setDescription('Rules over OpenTelemetry traces, and the violations they find. Errors are problem details (RFC 9457).')
    .setVersion(VERSION)
    .addServer('/', 'The server that serves this document.')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addTag('rules', 'What must not happen, in BeTraceDSL')
    .addTag('violations', 'What happened nevertheless')
    .addTag('spans', 'Receivers')
    .addTag('operation', 'Health and metrics')
    .addApiKey({ type: 'apiKey', in: 'header', name: apiKeyHeader, description: 'Needed when the server has an API key.' }, 'api-key')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of the configured issuer.' }, 'bearer')
    .addSecurityRequirements({})
    .addSecurityRequirements('api-key')
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, settings, { operationIdFactory: operationId });
  for (const [name, description] of Object.entries(ENUMERATIONS))
    Object.assign(document.components?.schemas?.[name] ?? {}, { description });
  return describeRefusals(describeBodies(describeParameters(document)));
}

/** `RulesController.list` → `rulesList`: the name in generated clients. */
function operationId(controller: string, method: string): string {
  const name = controller.replace(/Controller$/, '');
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

/** Serves the document at /openapi.json and Swagger UI at /docs. */
export function documentApi(app: NestFastifyApplication, apiKeyHeader: string): void {
  serveDocumentation(app.getHttpAdapter().getInstance(), `${TITLE} API`, () => openApiDocument(app, apiKeyHeader));
}
