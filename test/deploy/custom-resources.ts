/** The custom resources of the chart, with their definitions: a Go module, and a file in it. */
export const CUSTOM_RESOURCES = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    file: 'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    file: 'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  },
  { module: 'github.com/cert-manager/cert-manager@v1.21.2', file: 'deploy/crds/cert-manager.io_certificates.yaml' },
  { module: 'github.com/kedacore/keda/v2@v2.21.0', file: 'config/crd/bases/keda.sh_scaledobjects.yaml' },
  { module: 'github.com/external-secrets/external-secrets@v1.3.2', file: 'config/crds/bases/external-secrets.io_externalsecrets.yaml' },
] as const;
