export { type EndpointReference, References } from './references.js';
