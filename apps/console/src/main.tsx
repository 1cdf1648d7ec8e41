import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import 'uplot/dist/uPlot.min.css';
import './theme/tokens.css';
import './theme/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { takePortalToken } from './portal/portal-token.js';
import { resumeSession, startSession } from './session/session.js';

startSession();
void resumeSession(takePortalToken());
createRoot(document.getElementById('root')!).render(<App />);
