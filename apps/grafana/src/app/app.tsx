import { LoadingPlaceholder } from '@grafana/ui';
import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { appPath } from '../api/place';
import { RulesPage } from '../rules/rules-page';
import { ViolationsPage } from '../violations/violations-page';
import { WithDataSource } from './chosen-data-source';

const RulePage = lazy(() => import('../rules/rule-page'));
const ViolationPage = lazy(() => import('../violations/violation-page'));
const TracePage = lazy(() => import('../violations/trace-page'));

export default function App() {
  return (
    <WithDataSource>
      <Suspense fallback={<LoadingPlaceholder text="Loading" />}>
        <Routes>
          <Route path="violations" element={<ViolationsPage />} />
          <Route path="violations/:id" element={<ViolationPage />} />
          <Route path="traces/:traceId" element={<TracePage />} />
          <Route path="rules" element={<RulesPage />} />
          <Route path="rules/new" element={<RulePage />} />
          <Route path="rules/:id" element={<RulePage />} />
          <Route path="*" element={<Navigate to={appPath('violations')} replace />} />
        </Routes>
      </Suspense>
    </WithDataSource>
  );
}
