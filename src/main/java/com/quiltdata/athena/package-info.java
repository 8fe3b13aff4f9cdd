/** The program and its stack, which reads as a table of contents. May use every other package; no other may use it. */
package com.quiltdata.athena;
