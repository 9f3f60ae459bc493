using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.MultipleChoice;

namespace MlNetLlm.SelfAdaptation;

/// <summary>Reads the examples that a search is made on.</summary>
internal static class FewShotRows
{
    /// <summary>Questions, put into the answer template, with the texts they are graded by.</summary>
    public static IReadOnlyList<FewShot> Read(IDataView data, FewShotMixOptions options, SelfAdaptationOptions answers)
    {
        var text = Columns.Text(data.Schema, answers.TextColumn, nameof(answers.TextColumn));
        var reference = Columns.Text(data.Schema, options.AnswerColumn, nameof(options.AnswerColumn));
        return Rows<FewShot>(data, [text, reference], options.Shots, cursor =>
        {
            var (question, answer) = (TextColumnReader.Of(cursor, text.Name), TextColumnReader.Of(cursor, reference.Name));
            return () => new FewShot(Prompt(answers, question()), answer());
        });
    }

    /// <summary>Multiple-choice questions with the number of their right choice; rows without one are an error.</summary>
    public static IReadOnlyList<(ChoiceQuestion Question, int Right)> ReadChoices(
        IDataView data, FewShotMixOptions options, SelfAdaptationOptions answers)
    {
        var text = Columns.Text(data.Schema, answers.TextColumn, nameof(answers.TextColumn));
        var choices = Columns.Find(
            data.Schema, options.ContinuationsColumn, nameof(options.ContinuationsColumn), ScoreChoicesTransformer.IsTexts,
            "a vector of text");
        var label = Columns.Find(
            data.Schema, options.LabelColumn, nameof(options.LabelColumn), type => type is KeyDataViewType { RawType: var raw }
                && raw == typeof(uint), "a key");
        return Rows<(ChoiceQuestion, int)>(data, [text, choices, label], options.Shots, cursor =>
        {
            var question = TextColumnReader.Of(cursor, text.Name);
            var (getTexts, getKey) = (cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(choices), cursor.GetGetter<uint>(label));
            var (texts, key) = (default(VBuffer<ReadOnlyMemory<char>>), 0u);
            return () =>
            {
                getTexts(ref texts);
                getKey(ref key);
                string[] continuations = [.. texts.DenseValues().Select(one => one.ToString())];
                return (new ChoiceQuestion(Prompt(answers, question()), continuations), (int)key - 1);   // keys count from 1, 0 = missing
            };
        });
    }

    private static string Prompt(SelfAdaptationOptions answers, string question) =>
        answers.AnswerTemplate.Replace(SelfAdaptationOptions.QuestionMark, question, StringComparison.Ordinal);

    private static IReadOnlyList<T> Rows<T>(
        IDataView data, IReadOnlyList<DataViewSchema.Column> columns, int most, Func<DataViewRow, Func<T>> reader)
    {
        using var cursor = data.GetRowCursor(columns);
        var read = reader(cursor);
        var rows = new List<T>();
        while ((most == 0 || rows.Count < most) && cursor.MoveNext()) rows.Add(read());
        return rows.Count > 0 ? rows : throw new ArgumentException("The data has no rows; a mix needs examples to be searched on.");
    }
}
