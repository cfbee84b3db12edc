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
{{- if eq .Values.mode "standalone" -}}
{{- $_ := unset $config "kafka" -}}
{{- else -}}
{{- $kafka := get $config "kafka" | default dict -}}
{{- if .Values.strimzi.enabled -}}
{{- if $kafka.brokers }}{{ fail "config.kafka.brokers and strimzi.enabled exclude each other" }}{{ end -}}
{{- $kafka = merge (dict "brokers" (list (printf "%s-kafka-kafka-bootstrap:%d" (include "betrace.fullname" .) (ternary 9093 9092 .Values.kafkaTls.enabled)))) $kafka -}}
{{- else -}}
{{- $_ := required "config.kafka.brokers is needed: host:port of each broker (or strimzi.enabled, or mode=standalone)" ($kafka.brokers | default list | first) -}}
{{- end -}}
{{- $_ := set $config "kafka" $kafka -}}
{{- end -}}
{{ toYaml $config }}
{{- end }}
