import { config } from '@grafana/runtime';

/** Whether Grafana's data proxy lets this user change something. The proxy decides; this hides what it would refuse. */
export function mayChange(): boolean {
  const { orgRole, isGrafanaAdmin } = config.bootData.user;
  return orgRole === 'Editor' || orgRole === 'Admin' || isGrafanaAdmin;
}
