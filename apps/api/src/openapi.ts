import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '#platform';

/** Paths of the documentation, which needs no API key. */
export const DOCUMENTATION_PATHS = ['/docs', '/openapi.json'];

/** The OpenAPI 3.1 document of all routes of an application. */
export function openApiDocument(app: INestApplication, apiKeyHeader: string): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('BeTrace')
    .setDescription('Rules over OpenTelemetry traces, and the violations they find. Errors are problem details (RFC 9457).')
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addTag('rules', 'What must not happen, in BeTraceDSL')
    .addTag('violations', 'What happened nevertheless')
    .addTag('spans', 'Receivers')
    .addTag('operation', 'Health and metrics')
    .addApiKey({ type: 'apiKey', in: 'header', name: apiKeyHeader, description: 'Needed when the server has an API key.' }, 'api-key')
    .addSecurityRequirements({})
    .addSecurityRequirements('api-key')
    .build();
  return SwaggerModule.createDocument(app, settings, { operationIdFactory: operationId });
}

/** `RulesController.list` → `rulesList`: what generated clients call it. */
function operationId(controller: string, method: string): string {
  const name = controller.replace(/Controller$/, '');
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

/** Serves the document at /openapi.json and Swagger UI at /docs. The document is made at the first request. */
export function serveDocumentation(app: INestApplication, apiKeyHeader: string): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app, apiKeyHeader), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'BeTrace API',
    swaggerOptions: { displayRequestDuration: true, tryItOutEnabled: true, persistAuthorization: true },
  });
}
