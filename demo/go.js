// Presses the one button of the page: a browser without scripts leaves that to whoever reads it.
document.forms[0].submit();
