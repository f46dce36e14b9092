console.log("sexton");
