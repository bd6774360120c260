/** The Helm chart, rendered by Helm itself and read by the types of Kubernetes. */
@NullMarked
package io.quorate.chart;

import org.jspecify.annotations.NullMarked;
