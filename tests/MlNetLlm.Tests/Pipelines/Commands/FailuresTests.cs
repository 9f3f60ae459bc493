using System.Text.Json;
using Microsoft.Data.Sqlite;
using MlNetLlm.Pipelines.Commands;

namespace MlNetLlm.Tests.Pipelines.Commands;

public sealed class FailuresTests
{
    [Test]
    public void Text_OfWhatFilesAndDisksDo_IsASentence()
    {
        foreach (var error in new Exception[]
        {
            new UnauthorizedAccessException("no"), new SqliteException("no", 5), new JsonException("no"), new IOException("no"),
            new InvalidDataException("no"), new InvalidOperationException("no"), new ArgumentException("no"),
            new NotSupportedException("no"),
        })
            Assert.That(Failures.Text(error), Is.EqualTo("mlnetllm: no"), error.GetType().Name);
        Assert.That(Failures.Text(new NullReferenceException()), Is.Null);
    }

    [Test]
    public void Text_OfALibraryThatDoesNotLoad_PointsToTheDoctor()
    {
        var missing = new DllNotFoundException("libtorch.so is not there.");
        foreach (var error in new Exception[] { missing, new TypeInitializationException("torch", missing) })
            Assert.That(Failures.Text(error), Does.Contain("libtorch.so is not there.").And.Contain("mlnetllm doctor"));
    }

    [Test]
    public void Text_WithSeveralLines_KeepsThemAndOrdersTheTerminalNothing() =>
        Assert.That(Failures.Text(new InvalidDataException("one\r\n\u001b[31mtwo")), Is.EqualTo("mlnetllm: one\n\\u001b[31mtwo"));
}
