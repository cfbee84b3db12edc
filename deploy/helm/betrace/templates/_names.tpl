{{- define "betrace.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "betrace.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "betrace.name" .) .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "betrace.name" .) | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* Names of the processes that this mode has, as a list in JSON. */}}
{{- define "betrace.apps" -}}
{{ ternary (list "standalone") (list "ingest" "evaluator" "api") (eq .Values.mode "standalone") | toJson }}
{{- end }}

{{/* Labels that select the pods of an app: {root, app}. They may never change. */}}
{{- define "betrace.selector" -}}
app.kubernetes.io/name: {{ include "betrace.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .app }}
{{- end }}

{{/* Labels of an object of an app: {root, app}. */}}
{{- define "betrace.labels" -}}
{{ include "betrace.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: betrace
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "betrace.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "betrace.secret" -}}
{{ .Values.secrets.existingSecret | default (include "betrace.fullname" .) }}
{{- end }}

{{- define "betrace.tlsSecret" -}}
{{- if .Values.tls.secretName -}}
{{ .Values.tls.secretName }}
{{- else -}}
{{- if not .Values.certificate.enabled }}{{ fail "tls.enabled needs tls.secretName, or certificate.enabled to make one" }}{{ end -}}
{{ include "betrace.fullname" . }}-tls
{{- end -}}
{{- end }}

{{/* betrace.yaml: `config` with the brokers of Strimzi where it runs them. */}}
{{- define "betrace.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- range list (list "server" "http_port") (list "server" "grpc_port") (list "server" "host") (list "storage" "path") -}}
{{- if hasKey (get $config (first .) | default dict) (last .) -}}
{{- fail (printf "config.%s.%s is what ports, probes and volumes of the chart stand on: it can't be set" (first .) (last .)) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.mode "standalone" -}}
{{- $_ := unset $config "kafka" -}}
{{- else -}}
{{- $kafka := get $config "kafka" | default dict -}}
{{- if .Values.strimzi.enabled -}}
{{- if $kafka.brokers }}{{ fail "config.kafka.brokers and strimzi.enabled exclude each other" }}{{ end -}}
{{- if gt (int ($kafka.replication | default 1)) (int .Values.strimzi.replicas) }}{{ fail (printf "config.kafka.replication is %v, and strimzi.replicas %v: no topic could be created" $kafka.replication .Values.strimzi.replicas) }}{{ end -}}
{{- if and .Values.kafkaTls.enabled (not .Values.kafkaTls.caSecretName) }}{{ fail (printf "strimzi.enabled and kafkaTls.enabled need kafkaTls.caSecretName: Strimzi's authority is in %s-kafka-cluster-ca-cert" (include "betrace.fullname" .)) }}{{ end -}}
{{- $kafka = merge (dict "brokers" (list (printf "%s-kafka-kafka-bootstrap:%d" (include "betrace.fullname" .) (ternary 9093 9092 .Values.kafkaTls.enabled)))) $kafka -}}
{{- else -}}
{{- $_ := required "config.kafka.brokers is needed: host:port of each broker (or strimzi.enabled, or mode=standalone)" ($kafka.brokers | default list | first) -}}
{{- end -}}
{{- $_ := set $config "kafka" $kafka -}}
{{- end -}}
{{ toYaml $config }}
{{- end }}

{{/* Ports that the processes may reach, as a list in JSON: those of the values, and those of the addresses in `config`. */}}
{{- define "betrace.egressPorts" -}}
{{- $ports := .Values.networkPolicy.egressPorts -}}
{{- $addresses := concat (dig "kafka" "brokers" list .Values.config) (list (dig "otlp" "endpoint" "" .Values.config) (dig "tracing" "endpoint" "" .Values.config)) -}}
{{- range $addresses -}}
{{- $port := regexFind ":[0-9]+(/|$)" (toString .) | trimPrefix ":" | trimSuffix "/" -}}
{{- if $port }}{{ $ports = append $ports (int $port) }}{{ end -}}
{{- end -}}
{{- $whole := list -}}
{{- range $ports }}{{ $whole = append $whole (int .) }}{{ end -}}
{{ $whole | uniq | toJson }}
{{- end }}
