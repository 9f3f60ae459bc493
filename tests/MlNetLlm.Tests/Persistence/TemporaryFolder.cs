namespace MlNetLlm.Tests.Persistence;

/// <summary>A folder of its own for one test, deleted at its end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public IEnumerable<string> Names() => new DirectoryInfo(Path).EnumerateFileSystemInfos().Select(entry => entry.Name).Order();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
