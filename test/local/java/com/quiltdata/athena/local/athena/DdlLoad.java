package com.quiltdata.athena.local.athena;

/**
 * What DDL queries have made of an account's quota since it was started, or given another one.
 *
 * @param started how many were taken
 * @param refused how many starts were refused because the quota was used up
 * @param mostActive how many were queued or running at once, at most
 */
public record DdlLoad(int started, int refused, int mostActive) {}
