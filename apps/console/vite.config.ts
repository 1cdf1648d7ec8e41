import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * Where `npm run dev:console` finds the API: a platform that `npm start` or `npm run demo` has started. It is told the
 * host that the browser asked for, or it would take signing in for a call from another site.
 */
const API = { target: 'http://127.0.0.1:4400', changeOrigin: false };

/**
 * One bundle for console and portal: the API serves the same page at /console/ and at /portal/, and it asks for its
 * assets below /console/. Nothing is inlined, so that the content security policy may refuse whatever is.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_200,
  },
  server: { port: 4410, proxy: { '/v1': API, '/health': API, '/docs': API, '/openapi.json': API } },
});
