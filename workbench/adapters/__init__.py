"""The outside world, one thing a file: git, the apply ladder, objects, importers.

    processes   one limited child process: whole environment, limits, its group killed at the end
    git         every git process: absolute path, environment, flags
    talks       a git process that is asked many questions
    clones      the private bare clone of the user's repository
    precheck    refusals on the bytes of a patch, before git sees them
    names       which paths a patch may touch, and which it may touch only with a badge
    sections    the bytes of a plain patch as sections and hunks
    trees       git trees read and rewritten in memory
    packs       many new objects as one pack
    direct      a plain patch on plain files without a git process; all else goes to git
    staging     `git apply` in a private index and object folder
    fuzz        GNU patch on the touched files alone
    tree_check  the rules on what a patch changed
    diffs       git's own diff of two trees, and its counts
    apply       the ladder that ties them together
    batches     many patches, in order, with bounded memory
    objects     blobs and trees for reading, as GitPython's
    box         what a sandboxed process may see and use
    sandbox     the only place where code that a model wrote is run
    bare        the same without a sandbox, where the settings ask for it
    witness     how pytest is started, so that its report is known to be its own
    junit       a report of tests, hostile until read
    frozen      the tree that is tested: the candidate's code, the tests of base
    moves       frozen tests follow a module that was moved
    environments  where the tests' interpreter and libraries come from
    suites      one run of a suite on one tree
    check_bench one check from end to end
    check_plans its values: what is asked, by what means, what it comes to
    check_files reports of checks as files
    importers/  files of others as domain values

Nothing here writes to the user's repository or starts a program that a repository names.
"""
