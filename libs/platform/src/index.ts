export { CONFIGURATION, type Configuration } from './configuration/configuration.js';
export { ConfigurationError, type ConfigurationProblem } from './configuration/configuration-error.js';
export { configurationDocument, helpText } from './configuration/document.js';
export { type LoadedConfiguration, type LoadOptions, loadConfiguration } from './configuration/load.js';
export { type SignatureKey, signatureKey } from './configuration/signature-key.js';
