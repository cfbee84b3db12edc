import './public-path';
import { AppPlugin, type AppRootProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { lazy, Suspense } from 'react';
import { linkExtensions } from './app/link-extensions';

const App = lazy(() => import('./app/app'));
const Configuration = lazy(() => import('./app/configuration'));

const Root = (_: AppRootProps) => (
  <Suspense fallback={<LoadingPlaceholder text="Loading" />}>
    <App />
  </Suspense>
);

const ConfigurationPage = () => (
  <Suspense fallback={<LoadingPlaceholder text="Loading" />}>
    <Configuration />
  </Suspense>
);

const app = new AppPlugin()
  .setRootPage(Root)
  .addConfigPage({ title: 'Configuration', icon: 'cog', body: ConfigurationPage, id: 'configuration' });
for (const link of linkExtensions) app.addLink(link);

export const plugin = app;
