namespace MlNetLlm.Persistence;

/// <summary>
/// The operations that change files: every persistent write of the library goes through this seam, so that a test can fail or kill
/// at the n-th operation. Reading content is ordinary <see cref="System.IO"/>; where a name decides what is written or deleted, it is
/// asked for here.
/// </summary>
/// <remarks>
/// It is our own, and not System.IO.Abstractions, because the ten operations below are all that the library needs: that package
/// mirrors hundreds of members of <see cref="System.IO"/>, knows no "flush a folder to disk", and its dependencies are absent from
/// some package feeds.
/// </remarks>
public interface IFileSystem
{
    /// <summary>Opens a new, empty file for writing; an existing one is emptied.</summary>
    /// <param name="path">The file to write.</param>
    /// <returns>An unbuffered stream: every write reaches the operating system at once.</returns>
    Stream Create(string path);

    /// <summary>Opens a file for writing at its end; it is made when it is not there.</summary>
    /// <param name="path">The file to append to.</param>
    /// <returns>An unbuffered stream at the end of the file.</returns>
    Stream Append(string path);

    /// <summary>Forces what was written to a stream of <see cref="Create"/> or <see cref="Append"/> to the disk.</summary>
    /// <param name="stream">The stream, still open.</param>
    void Flush(Stream stream);

    /// <summary>Renames a file and replaces the one already there, in one step that readers see whole or not at all.</summary>
    /// <param name="from">The file to rename.</param>
    /// <param name="to">Its new path on the same disk.</param>
    void Move(string from, string to);

    /// <summary>Renames a folder in one step. There must be nothing at the new path.</summary>
    /// <param name="from">The folder to rename.</param>
    /// <param name="to">Its new path on the same disk.</param>
    void MoveFolder(string from, string to);

    /// <summary>Deletes a file, or a folder with all that is in it; nothing happens when neither is there.</summary>
    /// <param name="path">The file or folder.</param>
    void Delete(string path);

    /// <summary>
    /// Makes a folder and its parents and forces their names to the disk; nothing happens when it is there.
    /// </summary>
    /// <param name="path">The folder.</param>
    void CreateFolder(string path);

    /// <summary>Forces the entries of a folder (new names, renames) to the disk.</summary>
    /// <param name="path">The folder.</param>
    void SyncFolder(string path);

    /// <summary>Says whether there is a file or a folder at the path.</summary>
    /// <param name="path">The path to look at.</param>
    /// <returns>True when something is there.</returns>
    bool Exists(string path);

    /// <summary>Finds files in a folder itself, not in those inside it.</summary>
    /// <param name="folder">The folder; it must be there.</param>
    /// <param name="pattern">Their names, with * for any part, such as "*.tmp".</param>
    /// <returns>Their paths, in any order.</returns>
    IEnumerable<string> Files(string folder, string pattern);
}
