{{/* The pod of an agent. Takes (dict "root" $ "component" "server"|"client" "values" .Values.server|.client). */}}

{{/* Words after the image's command; what only the pod knows comes as environment. */}}
{{- define "quorate.agentArgs" -}}
{{- $root := .root -}}
{{- $v := $root.Values -}}
{{- $args := list "agent" -}}
{{- if eq .component "server" -}}
{{- $args = append $args "-server" -}}
{{- $args = append $args (printf "-bootstrap-expect=%d" (int $v.server.initialReplicas)) -}}
{{- if $v.server.declareFounders -}}
{{- $founders := list -}}
{{- range $i := until (int $v.server.initialReplicas) -}}
{{- $founders = append $founders (printf "%s-%d" (include "quorate.fullname" $root) $i) -}}
{{- end -}}
{{- $args = append $args (printf "-founders=%s" (join "," $founders)) -}}
{{- end -}}
{{- end -}}
{{- $args = append $args (printf "-datacenter=%s" $v.datacenter) -}}
{{- $args = append $args "-data-dir=/data" -}}
{{- $args = append $args (printf "-bind=%s" $v.bindAddress) -}}
{{- $args = append $args (printf "-client=%s" $v.clientAddress) -}}
{{- if $v.discovery.kubernetes -}}
{{- $args = append $args (printf "-retry-join=provider=k8s namespace=%s label_selector=%s=%s" $root.Release.Namespace "quorate.io/servers-of" (include "quorate.fullname" $root)) -}}
{{- else -}}
{{- $args = append $args (printf "-retry-join=%s" (include "quorate.headlessHost" $root)) -}}
{{- end -}}
{{- range $v.discovery.extraRetryJoin -}}
{{- $args = append $args (printf "-retry-join=%s" .) -}}
{{- end -}}
{{- $args = append $args (printf "-log-level=%s" $v.logLevel) -}}
{{- $args = append $args (printf "-log-json=%t" $v.logJson) -}}
{{- if $v.gossip.encryption.enabled -}}
{{- $args = append $args (printf "-encrypt-verify-incoming=%t" $v.gossip.encryption.verifyIncoming) -}}
{{- $args = append $args (printf "-encrypt-verify-outgoing=%t" $v.gossip.encryption.verifyOutgoing) -}}
{{- end -}}
{{- range .values.extraArgs -}}
{{- $args = append $args (tpl . $root) -}}
{{- end -}}
{{- toYaml $args -}}
{{- end -}}

{{- define "quorate.agentEnv" -}}
{{- $root := .root -}}
- name: QUORATE_NODE
  valueFrom:
    fieldRef:
      fieldPath: {{ eq .component "server" | ternary "metadata.name" "spec.nodeName" }}
- name: QUORATE_ADVERTISE
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
{{- if $root.Values.gossip.encryption.enabled }}
- name: QUORATE_ENCRYPT
  valueFrom:
    secretKeyRef:
      name: {{ include "quorate.gossipSecret" $root }}
      key: {{ $root.Values.gossip.encryption.secretKey }}
{{- end }}
{{- with .values.jvmOptions }}
- name: JAVA_TOOL_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- with .values.extraEnv }}
{{ include "quorate.rendered" (dict "root" $root "value" .) }}
{{- end }}
{{- end -}}

{{- define "quorate.probePath" -}}
{{- if eq . "health" -}}
/actuator/health
{{- else -}}
/actuator/health/{{ . }}
{{- end -}}
{{- end -}}

{{/* Takes (dict "scope" "liveness" "probe" values). */}}
{{- define "quorate.probe" -}}
httpGet:
  path: {{ include "quorate.probePath" .scope }}
  port: http
{{- toYaml (omit .probe "scope") | nindent 0 }}
{{- end -}}

{{/* Labels by which the source provider=k8s finds servers: one label, because a comma would end the source. */}}
{{- define "quorate.agentPodLabels" -}}
{{- $labels := deepCopy .values.podLabels -}}
{{- if and (eq .component "server") .root.Values.discovery.kubernetes -}}
{{- $_ := set $labels "quorate.io/servers-of" (include "quorate.fullname" .root) -}}
{{- end -}}
{{- include "quorate.podLabels" (dict "root" .root "component" .component "labels" $labels) -}}
{{- end -}}

{{- define "quorate.affinity" -}}
{{- if .values.affinity -}}
{{- include "quorate.rendered" (dict "root" .root "value" .values.affinity) -}}
{{- else if eq .component "server" -}}
{{- $term := dict "topologyKey" "kubernetes.io/hostname" "labelSelector" (dict "matchLabels" (include "quorate.selector" . | fromYaml)) -}}
{{- if eq .values.antiAffinity "hard" -}}
podAntiAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    {{- toYaml (list $term) | nindent 4 }}
{{- else if eq .values.antiAffinity "soft" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        {{- toYaml $term | nindent 8 }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "quorate.agentPod" -}}
{{- $root := .root -}}
{{- $values := .values -}}
metadata:
  labels:
    {{- include "quorate.agentPodLabels" . | nindent 4 }}
  {{- with $values.podAnnotations }}
  annotations:
    {{- include "quorate.rendered" (dict "root" $root "value" .) | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "quorate.serviceAccount" $root }}
  automountServiceAccountToken: {{ include "quorate.token" $root }}
  # A service named as a setting would become that setting.
  enableServiceLinks: false
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ int $values.terminationGracePeriodSeconds }}
  securityContext:
    {{- toYaml $values.podSecurityContext | nindent 4 }}
  {{- with include "quorate.affinity" . }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  {{- if eq .component "server" }}
  {{- if or $values.zoneSpread.enabled $values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- if $values.zoneSpread.enabled }}
    - topologyKey: topology.kubernetes.io/zone
      maxSkew: {{ int $values.zoneSpread.maxSkew }}
      whenUnsatisfiable: {{ $values.zoneSpread.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "quorate.selector" . | nindent 10 }}
    {{- end }}
    {{- with $values.topologySpreadConstraints }}
    {{- include "quorate.rendered" (dict "root" $root "value" .) | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.initContainers }}
  initContainers:
    {{- include "quorate.rendered" (dict "root" $root "value" .) | nindent 4 }}
  {{- end }}
  containers:
    - name: quorate
      image: {{ include "quorate.image" $root | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args:
        {{- include "quorate.agentArgs" . | nindent 8 }}
      env:
        {{- include "quorate.agentEnv" . | nindent 8 }}
      {{- with $values.extraEnvFrom }}
      envFrom:
        {{- include "quorate.rendered" (dict "root" $root "value" .) | nindent 8 }}
      {{- end }}
      ports:
        - name: http
          containerPort: 8500
          {{- if eq .component "client" }}
          {{- with $values.hostPort }}
          hostPort: {{ int . }}
          {{- end }}
          {{- end }}
        {{- if eq .component "server" }}
        - name: rpc
          containerPort: 8300
        {{- end }}
        - name: gossip-tcp
          containerPort: 8301
        - name: gossip-udp
          containerPort: 8301
          protocol: UDP
      startupProbe:
        {{- include "quorate.probe" (dict "scope" "liveness" "probe" $values.startupProbe) | nindent 8 }}
      livenessProbe:
        {{- include "quorate.probe" (dict "scope" "liveness" "probe" $values.livenessProbe) | nindent 8 }}
      readinessProbe:
        {{- include "quorate.probe" (dict "scope" $values.readinessProbe.scope "probe" $values.readinessProbe) | nindent 8 }}
      {{- with $values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- toYaml $values.securityContext | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: /data
        - name: tmp
          mountPath: /tmp
        {{- with $values.extraVolumeMounts }}
        {{- include "quorate.rendered" (dict "root" $root "value" .) | nindent 8 }}
        {{- end }}
    {{- with $values.extraContainers }}
    {{- include "quorate.rendered" (dict "root" $root "value" .) | nindent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: {{ $values.tmpSizeLimit }}
    {{- if eq .component "client" }}
    - name: data
      emptyDir:
        sizeLimit: {{ $values.dataSizeLimit }}
    {{- else if not $values.persistence.enabled }}
    - name: data
      emptyDir: {}
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- include "quorate.rendered" (dict "root" $root "value" .) | nindent 4 }}
    {{- end }}
{{- end -}}
