"""The engine `native`: the derived equations as vector code, compiled by LLVM, one function for a whole epoch."""
