export { type SchemaVerdict, SchemaVersions } from './schema-versions.js';
