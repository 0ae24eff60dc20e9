namespace Pds.Cli.Doctor;

/// <summary>One of the things that the doctor looks at. What it throws is a failure, with the exception's words.</summary>
internal interface IExamination
{
    /// <summary>A word or two, for the table and for scripts.</summary>
    string Name { get; }

    IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, CancellationToken cancellationToken);
}
