# Quorate as a container image: docker build -t quorate .
# Needs BuildKit (docker), buildah or podman. What it is made of and why: src/docs/image.md.

# Builds, and lends its run time: any JDK from 17 on, with jlink, on glibc.
ARG JDK_IMAGE=eclipse-temurin:25-jdk
# Runs: glibc and libstdc++ are all that the agent needs; bash is for the health check alone.
ARG BASE_IMAGE=debian:trixie-slim

FROM ${JDK_IMAGE} AS build
# Empty builds the jar here, from the network; target/quorate.jar takes the one that is already made.
ARG JAR=""
WORKDIR /build
COPY . .
RUN set -eu; \
    if [ -z "$JAR" ]; then ./mvnw -B -q -Dquick -DskipTests package; JAR=target/quorate.jar; fi; \
    java -Djarmode=tools -jar "$JAR" extract --destination /opt/quorate; \
    rm -rf target
# RocksDB's jar brings its native library fifteen times, and is most of all jars: one of them, not packed, is what runs here.
RUN set -eu; \
    case "$(uname -m)" in \
        x86_64) native=linux64 ;; \
        aarch64) native=linux-aarch64 ;; \
        *) echo "no native library is chosen for $(uname -m)"; exit 1 ;; \
    esac; \
    mkdir rocksdb /opt/quorate/native; \
    cd rocksdb; \
    jar --extract --file /opt/quorate/lib/rocksdbjni-*.jar; \
    mv "librocksdbjni-$native.so" /opt/quorate/native/librocksdbjni.so; \
    jar --create --manifest META-INF/MANIFEST.MF --file /opt/quorate/lib/rocksdbjni-*.jar org; \
    cd ..; \
    rm -r rocksdb
# A run time of the modules that are used, and jcmd for whoever must look inside. Of java.desktop it is java.beans that Spring
# needs: nothing here draws, plays or prints.
RUN jlink --output /opt/quorate/jre --no-header-files --no-man-pages \
    --exclude-files=**/libawt*.so,**/libfontmanager.so,**/libfreetype.so,**/libjavajpeg.so,**/libjsound.so,**/liblcms.so,**/libmlib_image.so,**/libsplashscreen.so \
    --add-modules java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.prefs,java.scripting,java.security.jgss,java.sql,java.xml,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.net,jdk.unsupported
# The start-up archive knows path and time of every jar: nothing under /opt/quorate may change after this.
RUN set -eu; \
    cp LICENSE src/main/docker/java.options /opt/quorate/; \
    mkdir data train; \
    javac -d train src/main/docker/Train.java; \
    java -cp train Train make /opt/quorate

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Quorate" \
      org.opencontainers.image.description="An agent that does what Consul's servers and clients are used for, beginning with a bootstrap that is safe." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# From what changes seldom to what changes with each build.
COPY --from=build /opt/quorate/jre /opt/quorate/jre
COPY --from=build /opt/quorate/native /opt/quorate/native
COPY --from=build /opt/quorate/lib /opt/quorate/lib
COPY --from=build /opt/quorate/LICENSE /opt/quorate/java.options /opt/quorate/quorate.jar /opt/quorate/
COPY --from=build /opt/quorate/quorate.archive /opt/quorate/quorate.archive
COPY --chmod=755 src/main/docker/quorate src/main/docker/quorate-alive /usr/local/bin/
COPY --from=build --chown=10001:10001 /build/data /data
# QUORATE_CLIENT is not set: as with Consul, HTTP answers on 127.0.0.1 until it is told otherwise.
ENV QUORATE_DATA_DIR=/data LANG=C.UTF-8
USER 10001:10001
WORKDIR /data
# The image runs as it will run, and takes its classes from the archive: else there is no image.
RUN --mount=type=bind,from=build,source=/build/train,target=/opt/train --mount=type=tmpfs,target=/opt/scratch \
    ["/opt/quorate/jre/bin/java", "-Djava.io.tmpdir=/opt/scratch", "-cp", "/opt/train", "Train", "check", "/opt/quorate"]
VOLUME /data
EXPOSE 8300/tcp 8301/tcp 8301/udp 8500/tcp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
    CMD ["/usr/local/bin/quorate-alive"]
ENTRYPOINT ["/opt/quorate/jre/bin/java", "@/opt/quorate/java.options"]
CMD ["agent"]
