/** Examples and the input pipeline. */
package org.fdistill.data;
