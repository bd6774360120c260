{{/* Names, labels and what several templates share. Each takes the root context unless it says otherwise. */}}

{{- define "quorate.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{/* 45 at most: the longest suffix of ours and the hash that Kubernetes appends to the name of a revision must fit into a label. */}}
{{- define "quorate.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else if contains (include "quorate.name" .) .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "quorate.name" .) | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "quorate.headless" -}}
{{ include "quorate.fullname" . }}-headless
{{- end -}}

{{/* As the name service inside of the cluster knows the servers, ready or not; without the cluster's domain, which resolvers add. */}}
{{- define "quorate.headlessHost" -}}
{{ include "quorate.headless" . }}.{{ .Release.Namespace }}.svc
{{- end -}}

{{- define "quorate.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "quorate.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "quorate.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "quorate.gossipSecret" -}}
{{- default (printf "%s-gossip" (include "quorate.fullname" .)) .Values.gossip.encryption.existingSecret -}}
{{- end -}}

{{/* What selectors go by: never changes between versions. Takes (dict "root" $ "component" "server"). */}}
{{- define "quorate.selector" -}}
app.kubernetes.io/name: {{ include "quorate.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Every pod of the release. */}}
{{- define "quorate.releaseSelector" -}}
app.kubernetes.io/name: {{ include "quorate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels of an object. Takes (dict "root" $ "component" "server" "labels" dict). */}}
{{- define "quorate.labels" -}}
{{- $labels := dict "app.kubernetes.io/part-of" "quorate" -}}
{{- $_ := set $labels "app.kubernetes.io/version" (.root.Chart.AppVersion | toString) -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
{{- $own := include "quorate.selector" . | fromYaml -}}
{{- toYaml (merge (dict) $own $labels (default (dict) .labels) .root.Values.commonLabels) -}}
{{- end -}}

{{/* Labels of a pod: without the chart's version, which would roll pods for nothing. */}}
{{- define "quorate.podLabels" -}}
{{- toYaml (merge (dict) (include "quorate.selector" . | fromYaml) (default (dict) .labels) .root.Values.commonLabels) -}}
{{- end -}}

{{/* Annotations of an object with their key, on new lines under its metadata, or nothing. Takes (dict "root" $ "annotations" dict). */}}
{{- define "quorate.annotations" -}}
{{- with merge (dict) (default (dict) .annotations) .root.Values.commonAnnotations -}}
{{- printf "\n  annotations:\n%s" (toYaml . | indent 4) -}}
{{- end -}}
{{- end -}}

{{/* A value whose templates are rendered, as YAML. Takes (dict "root" $ "value" any). */}}
{{- define "quorate.rendered" -}}
{{- if kindIs "string" .value -}}
{{- tpl .value .root -}}
{{- else -}}
{{- tpl (toYaml .value) .root -}}
{{- end -}}
{{- end -}}

{{- define "quorate.replicas" -}}
{{- if kindIs "invalid" .Values.server.replicas -}}
{{- .Values.server.initialReplicas -}}
{{- else -}}
{{- .Values.server.replicas -}}
{{- end -}}
{{- end -}}

{{- define "quorate.token" -}}
{{- or .Values.discovery.kubernetes .Values.serviceAccount.automountToken -}}
{{- end -}}
