{{/* What must hold between values, and between them and what runs. Fails with one line that says what to do. */}}
{{- define "quorate.checks" -}}
{{- $initial := int .Values.server.initialReplicas -}}
{{- $replicas := int (include "quorate.replicas" .) -}}
{{- $majority := add (div $initial 2) 1 | int -}}
{{- if lt $replicas $majority -}}
{{- fail (printf "server.replicas is %d, but %d servers found the cluster (server.initialReplicas): fewer than %d of them are no majority, and nothing could be written or founded. Keep at least %d; to end the cluster, uninstall the release" $replicas $initial $majority $majority) -}}
{{- end -}}
{{- /* Empty where no cluster is asked, as in `helm template`. */ -}}
{{- $living := lookup "apps/v1" "StatefulSet" .Release.Namespace (include "quorate.fullname" .) -}}
{{- if $living -}}
{{- $present := int (dig "spec" "replicas" 1 $living) -}}
{{- $majority := add (div $present 2) 1 | int -}}
{{- if and (gt $present 0) (lt $replicas $majority) -}}
{{- fail (printf "server.replicas is %d, but %d servers run: in one step that takes their majority away. Go to %d first, run `quorate force-leave` for the servers that went until `quorate peers` shows %d voters, then go on" $replicas $present $majority $majority) -}}
{{- end -}}
{{- else if and .Release.IsInstall (lt $replicas $initial) (lookup "v1" "Namespace" "" .Release.Namespace) -}}
{{- fail (printf "server.replicas is %d, but %d servers (server.initialReplicas) are needed to found the cluster, and there is none yet: install with at least %d" $replicas $initial $initial) -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- fail "ingress.enabled needs ingress.hosts" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- fail "httpRoute.enabled needs httpRoute.parentRefs: the gateways to attach to" -}}
{{- end -}}
{{- end -}}
