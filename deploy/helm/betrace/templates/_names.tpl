{{- define "betrace.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 40 | trimAll "-" }}
{{- end }}

{{- define "betrace.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 40 | trimAll "-" }}
{{- else if contains (include "betrace.name" .) .Release.Name -}}
{{ .Release.Name | trunc 40 | trimAll "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "betrace.name" .) | trunc 40 | trimAll "-" }}
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
{{- range list (list "server" "http_port") (list "server" "grpc_port") (list "server" "host") (list "storage" "path") (list "storage" "type") -}}
{{- if hasKey (get $config (first .) | default dict) (last .) -}}
{{- fail (printf "config.%s.%s is what ports, probes and volumes of the chart stand on: it can't be set" (first .) (last .)) -}}
{{- end -}}
{{- end -}}
{{- range $setting, $instead := dict
  "server.tls_cert_file" "tls.secretName"
  "server.tls_key_file" "tls.secretName"
  "server.tls_client_ca_file" "tls.mutual"
  "kafka.tls_ca" "kafkaTls.caSecretName"
  "compliance.signature_key_file" "the key signature-key of secrets.existingSecret"
  "compliance.former_signature_keys_file" "secrets.formerSignatureKeysFile"
  "authentication.api_keys_file" "secrets.apiKeysFile"
  "notifications.file" "secrets.notificationsFile" -}}
{{- $words := splitList "." $setting -}}
{{- if hasKey (get $config (first $words) | default dict) (last $words) -}}
{{- fail (printf "config.%s is a file, and the pods have none of yours: set %s" $setting $instead) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.mode "standalone" -}}
{{- $_ := unset $config "kafka" -}}
{{- else -}}
{{- $kafka := get $config "kafka" | default dict -}}
{{- $_ := set $kafka "brokers" (include "betrace.brokers" . | fromJsonArray) -}}
{{- if .Values.strimzi.enabled -}}
{{- if $kafka.brokers }}{{ fail "config.kafka.brokers and strimzi.enabled exclude each other" }}{{ end -}}
{{- if gt (int ($kafka.replication | default 1)) (int .Values.strimzi.replicas) }}{{ fail (printf "config.kafka.replication is %v, and strimzi.replicas %v: no topic could be created" $kafka.replication .Values.strimzi.replicas) }}{{ end -}}
{{- if and .Values.kafkaTls.enabled (not .Values.kafkaTls.caSecretName) }}{{ fail (printf "strimzi.enabled and kafkaTls.enabled need kafkaTls.caSecretName: Strimzi's authority is in %s-kafka-cluster-ca-cert" (include "betrace.fullname" .)) }}{{ end -}}
{{- $kafka = merge (dict "brokers" (list (printf "%s-kafka-kafka-bootstrap:%d" (include "betrace.fullname" .) (ternary 9093 9092 .Values.kafkaTls.enabled)))) $kafka -}}
{{- else -}}
{{- if not $kafka.brokers }}{{ fail "config.kafka.brokers is needed: host:port of each broker (or strimzi.enabled, or mode=standalone)" }}{{ end -}}
{{- end -}}
{{- $_ := set $config "kafka" $kafka -}}
{{- end -}}
{{ toYaml $config }}
{{- end }}

{{/* config.kafka.brokers as a list in JSON. betrace.yaml takes a text with commas, too. */}}
{{- define "betrace.brokers" -}}
{{- $given := dig "kafka" "brokers" list .Values.config | default list -}}
{{- if kindIs "string" $given }}{{ $given = splitList "," $given }}{{ end -}}
{{- $brokers := list -}}
{{- range $given }}{{ $brokers = append $brokers (trim .) }}{{ end -}}
{{ without $brokers "" | toJson }}
{{- end }}

{{/* Ports that the processes may reach, as a list in JSON: those of the values, and those of the addresses in `config`, which their scheme may imply. */}}
{{- define "betrace.egressPorts" -}}
{{- $ports := .Values.networkPolicy.egressPorts -}}
{{- $addresses := include "betrace.brokers" . | fromJsonArray -}}
{{- range list (dig "otlp" "endpoint" "" .Values.config) (dig "tracing" "endpoint" "" .Values.config) (dig "authentication" "oidc_issuer" "" .Values.config) (dig "authentication" "oidc_keys_url" "" .Values.config) -}}
{{- $addresses = append $addresses (trim (toString .)) -}}
{{- end -}}
{{- range $addresses -}}
{{- $authority := regexReplaceAll "^[A-Za-z]+://" . "" | splitList "/" | first -}}
{{- $port := regexFind ":[0-9]+$" $authority | trimPrefix ":" -}}
{{- if $port }}{{ $ports = append $ports (int $port) -}}
{{- else if hasPrefix "https://" (lower .) }}{{ $ports = append $ports 443 -}}
{{- else if hasPrefix "http://" (lower .) }}{{ $ports = append $ports 80 }}{{ end -}}
{{- end -}}
{{- $whole := list -}}
{{- range $ports }}{{ $whole = append $whole (int .) }}{{ end -}}
{{ $whole | uniq | toJson }}
{{- end }}

{{/* Fails, with the reason, where values that are right alone make something together that Kubernetes refuses, or that does not protect as they say. */}}
{{- define "betrace.checks" -}}
{{- $name := include "betrace.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) -}}
{{- fail (printf "the names of the Services would begin with %q: they must begin with a letter, and have letters, digits and hyphens alone: set fullnameOverride" $name) -}}
{{- end -}}
{{- if and .Values.tls.mutual (not .Values.tls.enabled) }}{{ fail "tls.mutual does nothing without tls.enabled: everybody could connect" }}{{ end -}}
{{- if and .Values.certificate.enabled (not .Values.tls.enabled) }}{{ fail "certificate.enabled does nothing without tls.enabled: the ports would have no TLS" }}{{ end -}}
{{- if and .Values.kafkaTls.caSecretName (not .Values.kafkaTls.enabled) }}{{ fail "kafkaTls.caSecretName does nothing without kafkaTls.enabled: the brokers would be reached without TLS" }}{{ end -}}
{{- if and .Values.ingress.oauth2Proxy.enabled (not .Values.ingress.enabled) }}{{ fail "ingress.oauth2Proxy.enabled does nothing without ingress.enabled: nobody would have to sign in" }}{{ end -}}
{{- if and (eq .Values.mode "standalone") .Values.backup.enabled (has "ReadWriteOncePod" .Values.standalone.persistence.accessModes) -}}
{{- fail "backup.enabled and standalone.persistence.accessModes ReadWriteOncePod exclude each other: the pod of the backup could not read the volume; take ReadWriteOnce" -}}
{{- end -}}
{{- end }}
