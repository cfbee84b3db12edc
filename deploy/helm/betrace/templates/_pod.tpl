{{/* The pod of an app: {root, app}. */}}
{{- define "betrace.pod" -}}
{{- $root := .root -}}
{{- $app := .app -}}
{{- $values := index $root.Values $app -}}
{{- $scheme := ternary "HTTPS" "HTTP" $root.Values.tls.enabled -}}
metadata:
  labels:
    {{- include "betrace.labels" . | nindent 4 }}
    {{- with $values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    checksum/config: {{ include "betrace.config" $root | sha256sum }}
    {{- with $values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ include "betrace.fullname" $root }}-{{ $app }}
  automountServiceAccountToken: false
  # Else a Service named betrace-… sets variables that look like settings.
  enableServiceLinks: false
  # server.drain_period (the image's: 5 s), server.shutdown_timeout (15 s), and 10 s more.
  terminationGracePeriodSeconds: {{ include "betrace.gracePeriod" . }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ $app }}
      image: {{ include "betrace.image" $root | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [{{ $app }}.js]
      env:
        - { name: BETRACE_CONFIG, value: /etc/betrace/betrace.yaml }
        - { name: BETRACE_ENVIRONMENT, value: production }
        {{- if ne $app "standalone" }}
        # The image names a directory; here the log is Kafka, and the store PostgreSQL.
        - { name: BETRACE_STORAGE_PATH, value: '' }
        {{- end }}
        {{- with dig "server" "drain_period" "" $root.Values.config }}
        # The image has one of its own, which a file does not change.
        - { name: BETRACE_DRAIN_PERIOD, value: {{ . | quote }} }
        {{- end }}
        {{- if $root.Values.tls.enabled }}
        - { name: BETRACE_TLS_CERT_FILE, value: /etc/betrace-tls/tls.crt }
        - { name: BETRACE_TLS_KEY_FILE, value: /etc/betrace-tls/tls.key }
        {{- if $root.Values.tls.mutual }}
        - { name: BETRACE_TLS_CLIENT_CA_FILE, value: /etc/betrace-tls/ca.crt }
        {{- end }}
        {{- end }}
        {{- if $root.Values.secrets.apiKeysFile.secretName }}
        - { name: BETRACE_API_KEYS_FILE, value: {{ printf "/etc/betrace-api-keys/%s" $root.Values.secrets.apiKeysFile.key | quote }} }
        {{- end }}
        {{- if and $root.Values.secrets.formerSignatureKeysFile.secretName (has $app (list "api" "standalone")) }}
        - { name: BETRACE_FORMER_SIGNATURE_KEYS_FILE, value: {{ printf "/etc/betrace-former-keys/%s" $root.Values.secrets.formerSignatureKeysFile.key | quote }} }
        {{- end }}
        {{- if and $root.Values.secrets.notificationsFile.secretName (has $app (list "api" "standalone")) }}
        - { name: BETRACE_NOTIFICATIONS_FILE, value: {{ printf "/etc/betrace-notifications/%s" $root.Values.secrets.notificationsFile.key | quote }} }
        {{- end }}
        {{- if and $root.Values.kafkaTls.enabled (ne $app "standalone") }}
        - { name: KAFKA_TLS, value: 'true' }
        {{- if $root.Values.kafkaTls.caSecretName }}
        - { name: KAFKA_TLS_CA, value: {{ printf "/etc/betrace-kafka/%s" $root.Values.kafkaTls.caKey | quote }} }
        {{- end }}
        {{- end }}
        {{- with include "betrace.trustVariable" $root }}{{ . | nindent 8 }}{{ end }}
        {{- if dig "staticMembership" "enabled" false $values }}
        # The pod's name is the same after a restart, and no other pod has it.
        - { name: KAFKA_GROUP_INSTANCE_ID, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
        - { name: KAFKA_SESSION_TIMEOUT, value: {{ $values.staticMembership.sessionTimeout | quote }} }
        {{- end }}
        {{- include "betrace.secretVariables" . | nindent 8 }}
        {{- with $values.extraEnv }}{{ toYaml . | nindent 8 }}{{ end }}
      ports:
        - { name: http, containerPort: 12011, protocol: TCP }
        {{- if has $app (list "ingest" "standalone") }}
        - { name: grpc, containerPort: 12012, protocol: TCP }
        {{- end }}
      # Alive: the process answers. Ready: it can do its work. A process that waits for Kafka is alive and not ready, and is not restarted.
      # An API answers after the migrations of its database: a start that is killed within one begins it again. So they have an hour.
      startupProbe:
        httpGet: { path: /health, port: http, scheme: {{ $scheme }} }
        periodSeconds: 2
        failureThreshold: {{ ternary 1800 60 (has $app (list "api" "standalone")) }}
      livenessProbe:
        httpGet: { path: /health, port: http, scheme: {{ $scheme }} }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /ready, port: http, scheme: {{ $scheme }} }
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      resources: {{- toYaml $values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: config, mountPath: /etc/betrace, readOnly: true }
        - { name: tmp, mountPath: /tmp }
        {{- if eq $app "standalone" }}
        - { name: data, mountPath: /var/lib/betrace }
        {{- end }}
        {{- if $root.Values.tls.enabled }}
        - { name: tls, mountPath: /etc/betrace-tls, readOnly: true }
        {{- end }}
        {{- if $root.Values.secrets.apiKeysFile.secretName }}
        - { name: api-keys, mountPath: /etc/betrace-api-keys, readOnly: true }
        {{- end }}
        {{- if and $root.Values.secrets.formerSignatureKeysFile.secretName (has $app (list "api" "standalone")) }}
        - { name: former-keys, mountPath: /etc/betrace-former-keys, readOnly: true }
        {{- end }}
        {{- if and $root.Values.secrets.notificationsFile.secretName (has $app (list "api" "standalone")) }}
        - { name: notifications, mountPath: /etc/betrace-notifications, readOnly: true }
        {{- end }}
        {{- if and $root.Values.kafkaTls.enabled $root.Values.kafkaTls.caSecretName (ne $app "standalone") }}
        - { name: kafka-ca, mountPath: /etc/betrace-kafka, readOnly: true }
        {{- end }}
        {{- with include "betrace.trustMount" $root }}{{ . | nindent 8 }}{{ end }}
  volumes:
    - name: config
      configMap: { name: {{ include "betrace.fullname" $root }} }
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
    {{- if $root.Values.tls.enabled }}
    - name: tls
      secret: { secretName: {{ include "betrace.tlsSecret" $root | quote }}, defaultMode: 0440 }
    {{- end }}
    {{- if $root.Values.secrets.apiKeysFile.secretName }}
    - name: api-keys
      secret: { secretName: {{ $root.Values.secrets.apiKeysFile.secretName | quote }}, defaultMode: 0440 }
    {{- end }}
    {{- if and $root.Values.secrets.formerSignatureKeysFile.secretName (has $app (list "api" "standalone")) }}
    - name: former-keys
      secret: { secretName: {{ $root.Values.secrets.formerSignatureKeysFile.secretName | quote }}, defaultMode: 0440 }
    {{- end }}
    {{- if and $root.Values.secrets.notificationsFile.secretName (has $app (list "api" "standalone")) }}
    - name: notifications
      secret: { secretName: {{ $root.Values.secrets.notificationsFile.secretName | quote }}, defaultMode: 0440 }
    {{- end }}
    {{- if and $root.Values.kafkaTls.enabled $root.Values.kafkaTls.caSecretName (ne $app "standalone") }}
    - name: kafka-ca
      secret: { secretName: {{ $root.Values.kafkaTls.caSecretName | quote }}, defaultMode: 0440 }
    {{- end }}
    {{- with include "betrace.trustVolume" $root }}{{ . | nindent 4 }}{{ end }}
  {{- if and (ne $app "standalone") $values.topologySpread }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "betrace.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/*
How long (s) a pod may take to stop: {root, app}. A process ends by itself a second after its drain period and its shutdown timeout, which a variable of
`extraEnv` sets before `config` does. A pod that is killed earlier hands nothing over.
*/}}
{{- define "betrace.gracePeriod" -}}
{{- $server := get .root.Values.config "server" | default dict -}}
{{- $drain := get $server "drain_period" | default "5s" -}}
{{- $stop := get $server "shutdown_timeout" | default "15s" -}}
{{- range (index .root.Values .app).extraEnv -}}
{{- if eq .name "BETRACE_DRAIN_PERIOD" }}{{ $drain = .value | default $drain }}{{ end -}}
{{- if eq .name "BETRACE_SHUTDOWN_TIMEOUT" }}{{ $stop = .value | default $stop }}{{ end -}}
{{- end -}}
{{- max 30 (addf (include "betrace.seconds" $drain) (include "betrace.seconds" $stop) 10 | ceil | int64) -}}
{{- end }}

{{/* The seconds of a duration of `config`, with decimals. A number alone is milliseconds. */}}
{{- define "betrace.seconds" -}}
{{- $text := toString . | trim -}}
{{- if kindIs "float64" . }}{{ $text = printf "%.0f" . }}{{ end -}}
{{- if regexMatch "^\\d+$" $text }}{{ $text = printf "%sms" $text }}{{ end -}}
{{- $units := dict "ns" 0.000000001 "us" 0.000001 "µs" 0.000001 "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0 "d" 86400.0 -}}
{{- $sum := 0.0 -}}
{{- range regexFindAll "\\d+(\\.\\d*)?(ns|us|µs|ms|s|m|h|d)" $text -1 -}}
{{- $unit := regexFind "[a-zµ]+$" . -}}
{{- $sum = addf $sum (mulf (trimSuffix $unit . | float64) (get $units $unit)) -}}
{{- end -}}
{{- $sum -}}
{{- end }}

{{/*
Secrets as variables: {root, app}. Each process gets those that it needs. What a process cannot do without is not optional: the pod then waits with
an event that names the key, instead of starting without it.
*/}}
{{- define "betrace.secretVariables" -}}
{{- $secret := include "betrace.secret" .root -}}
{{- $of := dict
  "ingest" (list "api-key" "kafka-sasl-password" "tracing-headers")
  "evaluator" (list "api-key" "kafka-sasl-password" "tracing-headers" "signature-key" "private-key")
  "api" (list "api-key" "kafka-sasl-password" "tracing-headers" "signature-key" "private-key" "database-url" "otlp-headers")
  "standalone" (list "api-key" "tracing-headers" "signature-key" "private-key" "database-url" "otlp-headers") -}}
{{- $variables := dict
  "api-key" "BETRACE_API_KEY"
  "kafka-sasl-password" "KAFKA_SASL_PASSWORD"
  "tracing-headers" "BETRACE_TRACING_HEADERS"
  "signature-key" "BETRACE_SIGNATURE_KEY"
  "private-key" "BETRACE_PRIVATE_KEY"
  "database-url" "DATABASE_URL"
  "otlp-headers" "OTEL_EXPORTER_OTLP_HEADERS" -}}
{{- range $index, $key := index $of .app }}{{ if $index }}
{{ end -}}
- name: {{ index $variables $key }}
  valueFrom:
    secretKeyRef: { name: {{ $secret | quote }}, key: {{ $key }}, optional: {{ not (or (eq $key "signature-key") (and (eq $key "database-url") (eq $.app "api"))) }} }
{{- end }}
{{- end }}

{{/* An authority of the operator's own, as Node reads it at its start. */}}
{{- define "betrace.trustVariable" -}}
{{- if .Values.trust.secretName -}}
- { name: NODE_EXTRA_CA_CERTS, value: {{ printf "/etc/betrace-trust/%s" .Values.trust.key | quote }} }
{{- end }}
{{- end }}
{{- define "betrace.trustMount" -}}
{{- if .Values.trust.secretName -}}
- { name: trust, mountPath: /etc/betrace-trust, readOnly: true }
{{- end }}
{{- end }}
{{- define "betrace.trustVolume" -}}
{{- if .Values.trust.secretName -}}
- name: trust
  secret: { secretName: {{ .Values.trust.secretName | quote }}, defaultMode: 0440 }
{{- end }}
{{- end }}
