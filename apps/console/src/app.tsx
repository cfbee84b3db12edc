import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation, useRoute } from 'wouter';
import { Skeleton } from '#ui/parts/skeleton';
import { idOfPath } from './parts/browser/id-of-path';
import { BrokenPage } from './shell/broken-page';
import { NotFound } from './shell/not-found';
import { Shell } from './shell/shell';
import { SignIn } from './shell/sign-in/sign-in';
import { Toasts } from './shell/toasts';
import { ViolationsPage } from './violations/violations-page';

const CompliancePage = lazy(() => import('./compliance/compliance-page'));
const FirstRunPage = lazy(() => import('./first-run/first-run-page'));
const OverviewPage = lazy(() => import('./overview/overview-page'));
const RulesPage = lazy(() => import('./rules/rules-page'));
const RulePage = lazy(() => import('./rules/rule-page'));
const SignedIn = lazy(() => import('./shell/sign-in/signed-in'));
const ViolationPage = lazy(() => import('./violation/violation-page'));

export function App() {
  const [isSignedIn] = useRoute('/signed-in');
  const [at] = useLocation();
  if (isSignedIn)
    return (
      <BrokenPage at={at}>
        <Suspense fallback={null}>
          <SignedIn />
        </Suspense>
      </BrokenPage>
    );
  return (
    <Toasts>
      <Shell>
        <BrokenPage at={at}>
          <Suspense fallback={<Skeleton lines={8} label="The page loads" />}>
            <Switch>
              <Route path="/">
                <Redirect to="/violations" replace />
              </Route>
              <Route path="/violations" component={ViolationsPage} />
              <Route path="/violations/:id">{({ id }) => <ViolationPage key={id} id={idOfPath(id)} />}</Route>
              <Route path="/rules" component={RulesPage} />
              <Route path="/rules/new">
                <RulePage />
              </Route>
              <Route path="/rules/:id">{({ id }) => <RulePage key={id} id={idOfPath(id)} />}</Route>
              <Route path="/first-run" component={FirstRunPage} />
              <Route path="/overview" component={OverviewPage} />
              <Route path="/compliance" component={CompliancePage} />
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </BrokenPage>
      </Shell>
      <SignIn />
    </Toasts>
  );
}
