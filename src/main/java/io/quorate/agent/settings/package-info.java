/** What an agent was told to be: flags, environment, files and defaults, read once, checked, and turned into values. */
@NullMarked
package io.quorate.agent.settings;

import org.jspecify.annotations.NullMarked;
