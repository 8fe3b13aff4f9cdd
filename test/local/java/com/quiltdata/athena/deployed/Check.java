package com.quiltdata.athena.deployed;

/** Looks whether something is right about a deployment; throws a {@link NotCheckedException} if it cannot. */
interface Check {
    Finding find();
}
