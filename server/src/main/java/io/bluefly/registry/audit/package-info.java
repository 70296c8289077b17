/**
 * Who did what, when, from where and with what outcome: written down before they hear of it, in
 * files that rotate. What has to be written down is said by those who serve the requests.
 */
@NullMarked
package io.bluefly.registry.audit;

import org.jspecify.annotations.NullMarked;
