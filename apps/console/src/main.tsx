import './main.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { queryClient } from './api/query-client';
import { App } from './app';
import { repairAddress } from './parts/browser/damaged-link';
import { searchOfAddress } from './parts/browser/search-of-address';
import { applyTheme, storedTheme } from './shell/theme';

repairAddress();
applyTheme(storedTheme());

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Router base="/ui" searchHook={searchOfAddress}>
        <App />
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
