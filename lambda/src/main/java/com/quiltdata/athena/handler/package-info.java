/**
 * The function that creates, replaces and drops views. It is deployed: no other module may use it, and it may use no
 * other.
 */
package com.quiltdata.athena.handler;
