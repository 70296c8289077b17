/** The stores in SQL: SQLite or PostgreSQL, and their migrations. */
@NullMarked
package io.bluefly.registry.persistence;

import org.jspecify.annotations.NullMarked;
