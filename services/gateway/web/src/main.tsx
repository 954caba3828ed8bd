import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchFaults } from './api/faults';
import { isWorthRetrying } from './api/queries';
import { stayFresh } from './api/session';
import { App } from './shell/App';
import { applyTheme } from './shell/theme';
import { comeBack } from './signing-in/elsewhere';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/panels.css';

watchFaults();
applyTheme();
comeBack();
stayFresh();
const queries = new QueryClient({
  defaultOptions: { queries: { retry: isWorthRetrying, networkMode: 'always' }, mutations: { retry: false, networkMode: 'always' } },
});
const root = document.getElementById('root');
if (!root) throw new Error('The page has no place for the console.');

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
